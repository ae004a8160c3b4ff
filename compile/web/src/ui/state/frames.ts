/** Keeps drawing to the pace of the screen. */

/** Do the work at the next frame, however often it is asked for: words may come faster than the screen shows them. */
export function oncePerFrame(work: () => void): { soon: () => void; cancel: () => void } {
  let frame: number | null = null;
  return {
    soon: () => {
      frame ??= requestAnimationFrame(() => {
        frame = null;
        work();
      });
    },
    cancel: () => {
      if (frame !== null) cancelAnimationFrame(frame);
    },
  };
}
