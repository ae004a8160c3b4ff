// Requests that ask or change something carry the token of this start, which stands in the page.

const token = document.querySelector("meta[name=malmoi-token]").content;

export function post(path, body, options = {}) {
  const headers = { "Content-Type": "application/json", "X-Malmoi-Token": token };
  return fetch(path, { method: "POST", headers, body: JSON.stringify(body ?? {}), ...options });
}

/** The objects of a body that has one a line, as they come. */
export async function* objects(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const line of lines) if (line) yield JSON.parse(line);
  }
}
