// Runs products of two libraries, and plain loops, on the browser's adapter, and times them.

const enough = 120; // ms of one measurement

async function floats(name, kind = Float32Array) {
  return new kind(await (await fetch(name)).arrayBuffer());
}

function base64(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return btoa(text);
}

/** The least of some measurements, in ms a call. */
async function timed(rounds, call, settled) {
  const several = async (count) => {
    const begun = performance.now();
    for (let nth = 0; nth < count; nth++) call();
    await settled();
    return (performance.now() - begun) / count;
  };
  await several(1);
  const count = Math.max(1, Math.min(500, Math.ceil(enough / (await several(2)))));
  const found = [];
  for (let round = 0; round < rounds; round++) found.push(await several(count));
  return Math.min(...found);
}

class Library {
  static async load(name, gpu) {
    const wasm = await (await fetch(`${name}.wasm`)).arrayBuffer();
    const tvm = await tvmjs.instantiate(wasm, tvmjs.createPolyfillWASI(), console.log);
    tvm.initWebGPU(gpu.device);
    tvm.beginScope();
    const machine = tvm.createVirtualMachine(tvm.webgpu());
    const begun = performance.now();
    await tvm.asyncLoadWebGPUPipelines(machine.getInternalModule());
    return new Library(tvm, machine, performance.now() - begun);
  }

  constructor(tvm, machine, shadersMs) {
    Object.assign(this, { tvm, machine, shadersMs, device: tvm.webgpu() });
  }

  async run({ name, tokens, rows, columns, files, rounds }) {
    const { tvm, device } = this;
    tvm.beginScope();
    const call = this.machine.getFunction(name);
    const x = tvm.empty([1, tokens, columns], "float32", device).copyFrom(await floats(files.x));
    const words = tvm.empty([rows, columns / 8], "uint32", device);
    words.copyFrom(new Uint32Array(await (await fetch(files.words)).arrayBuffer()));
    const scales = tvm.empty([rows, columns / 32], "float32", device).copyFrom(await floats(files.scales));
    const once = () => {
      tvm.beginScope();
      call(x, words, scales);
      tvm.endScope();
    };
    const ms = await timed(rounds, once, () => device.sync());
    const out = call(x, words, scales);
    const here = tvm.empty(out.shape, "float32", tvm.cpu()).copyFrom(out);
    await device.sync();
    const result = base64(new Uint8Array(new Float32Array(here.toArray()).buffer));
    tvm.endScope();
    return { ms, result };
  }
}

async function plainLoop(device, { code, bytes, groups, rounds }) {
  const module = device.createShaderModule({ code });
  const pipeline = await device.createComputePipelineAsync({ layout: "auto", compute: { module } });
  const buffers = bytes.map((size) => device.createBuffer({ size, usage: GPUBufferUsage.STORAGE }));
  const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
  const bindings = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
  const once = () => {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindings);
    pass.dispatchWorkgroups(groups);
    pass.end();
    device.queue.submit([encoder.finish()]);
  };
  const ms = await timed(rounds, once, () => device.queue.onSubmittedWorkDone());
  for (const buffer of buffers) buffer.destroy();
  return ms;
}

globalThis.prepare = async (names) => {
  const gpu = await tvmjs.detectGPUDevice();
  const libraries = {};
  for (const name of names) libraries[name] = await Library.load(name, gpu);
  globalThis.runProduct = (library, job) => libraries[library].run(job);
  globalThis.runLoop = (job) => plainLoop(gpu.device, job);
  const { vendor, architecture } = gpu.adapterInfo ?? {};
  return {
    adapter: `${vendor ?? ""} ${architecture ?? ""}`.trim(),
    shaders_s: Object.fromEntries(names.map((name) => [name, libraries[name].shadersMs / 1000])),
  };
};
