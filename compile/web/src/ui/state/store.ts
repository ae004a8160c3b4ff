/** The browser's storage as the page uses it: opened once, shared with other tabs. */
import { type Database, openDatabase } from "../../storage/database";
import { type Change, Tabs } from "../../storage/tabs";
import { sayFault, sayStorageFault } from "./notices";

let opened: Database | null = null;
let tabs: Tabs | null = null;

/** Open the storage; where the browser refuses, the page works without and says so. */
export async function openStore(onChange: (change: Change) => void): Promise<void> {
  tabs = new Tabs(onChange);
  try {
    opened = await openDatabase(() => sayFault("storage.newer"));
  } catch (error) {
    sayStorageFault(error);
  }
}

/** The database, or null where there is none. */
export function store(): Database | null {
  return opened;
}

/** Tell other tabs of a change. */
export function tell(change: Change): void {
  tabs?.tell(change);
}
