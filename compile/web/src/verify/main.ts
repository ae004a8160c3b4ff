/** What compile/verifying drives: `startVerification` begins, and `report` is told what happens. */

import { runInPage } from "./page";
import { runInRuntime } from "./runtime";
import type { EngineName, Job, Report, Tell } from "./types";
import { runInWebLlm } from "./webllm";

const ENGINES: Readonly<Record<EngineName, (job: Job, tell: Tell) => Promise<void>>> = {
  "web-runtime": runInRuntime,
  "web-llm": runInWebLlm,
  "page-webgpu": runInPage,
  "page-wasm": runInPage,
};

declare global {
  interface Window {
    /** Given by the verifier; a page opened by hand writes to the console. */
    report?: (report: Report) => unknown;
    startVerification?: (job: Job) => void;
  }
}

const tell: Tell = (report) => {
  void (window.report ?? console.log)(report);
};

window.startVerification = (job) => {
  ENGINES[job.engine](job, tell).then(
    () => tell({ kind: "done" }),
    (error: unknown) => tell({ kind: "failed", message: error instanceof Error ? error.message : String(error) }),
  );
};
