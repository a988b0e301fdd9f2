// A view that shows the trial opens one where there is none yet.
import { useSignalEffect } from "@preact/signals";
import { retry } from "../state.ts";
import { open, subject, trial } from "./trial.ts";

/** Has a trial opened as soon as the server may be asked. */
export function useTrial(): void {
  useSignalEffect(() => {
    retry.value;
    if (trial.peek() === undefined) void open(subject.peek());
  });
}
