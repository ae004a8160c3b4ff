/** Lets the page work without a connection, and offers new versions of it. */
import { readItem, writeItem } from "../../storage/settings";
import { startServiceWorker } from "../../sw/page";
import { offer, say } from "./notices";

const TOLD = "malmoi.offline";

/** Start the service worker; a browser that refuses it only loses what it would have given. */
export async function goOffline(): Promise<void> {
  try {
    await startServiceWorker({
      onUpdate: (apply) => offer("app.update", { key: "app.updateNow", run: apply }),
      onOffline: () => {
        if (readItem(TOLD) === true) return;
        writeItem(TOLD, true);
        say("app.offline");
      },
    });
  } catch (error) {
    console.warn(error);
  }
}
