// The emulator's endpoints; every fault becomes an Error with the emulator's words.

async function read(response) {
  const said = await response.json().catch(() => ({ error: `HTTP ${response.status}` }));
  if (!response.ok) throw new Error(said.error || `HTTP ${response.status}`);
  return said;
}

export async function act(verb, body = {}) {
  const headers = { "Content-Type": "application/json" };
  return read(await fetch(`/_emulator/${verb}`, { method: "POST", headers, body: JSON.stringify(body) }));
}

export async function look(path) {
  return read(await fetch(path));
}
