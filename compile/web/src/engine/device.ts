/** Watches the graphics device that web-llm makes for itself and gives nobody. Runs in the engine's worker only. */

export interface DeviceWatcher {
  /** The bytes of all its buffers changed. */
  onMemory(bytes: number): void;
  /** The device went away, with the browser's reason. */
  onLost(message: string): void;
  /** An allocation did not fit. */
  onOutOfMemory(message: string): void;
}

// The parts of WebGPU's interface that are used here.
interface Buffer_ {
  destroy(): void;
}
interface Device extends EventTarget {
  readonly lost: Promise<{ readonly message: string }>;
  createBuffer(descriptor: { readonly size: number }): Buffer_;
}
interface AdapterClass {
  readonly prototype: { requestDevice(...told: unknown[]): Promise<Device> };
}

/** From now on, tell `watcher` about every device that is made. */
export function watchDevices(watcher: DeviceWatcher): void {
  const { GPUAdapter } = globalThis as unknown as { GPUAdapter?: AdapterClass };
  if (GPUAdapter === undefined) return;
  const { requestDevice } = GPUAdapter.prototype;
  GPUAdapter.prototype.requestDevice = async function (...told) {
    const device = await requestDevice.apply(this, told);
    watch(device, watcher);
    return device;
  };
}

function watch(device: Device, watcher: DeviceWatcher): void {
  void device.lost.then(({ message }) => watcher.onLost(message));
  device.addEventListener("uncapturederror", (event) => {
    const { error } = event as Event & { readonly error: { readonly message: string } };
    if (error.constructor.name === "GPUOutOfMemoryError") watcher.onOutOfMemory(error.message);
  });
  let bytes = 0;
  const create = device.createBuffer.bind(device);
  device.createBuffer = (descriptor) => {
    const buffer = create(descriptor);
    const change = (by: number): void => watcher.onMemory((bytes += by));
    const destroy = buffer.destroy.bind(buffer);
    let there = true;
    buffer.destroy = () => {
      if (there) change(-descriptor.size);
      there = false;
      destroy();
    };
    change(descriptor.size);
    return buffer;
  };
}
