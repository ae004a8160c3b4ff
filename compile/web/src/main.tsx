/** Starts the page: the face first, then what the bundle holds, what the browser keeps, and the sources. */
import "./styles/page.css";
import { render } from "preact";
import { loadRenderer } from "./ui/answers/AnswerText";
import { App } from "./ui/App";
import { followChange, openConversations } from "./ui/state/conversations";
import { openBundle, planAhead } from "./ui/state/model";
import { goOffline } from "./ui/state/offline";
import { applySettings } from "./ui/state/settings";
import { openSources, refreshDocuments } from "./ui/state/sources";
import { openStore } from "./ui/state/store";

async function start(): Promise<void> {
  // It may reload the page once, which is best done before anything is loaded.
  void goOffline();
  const stored = openStore((change) => void (change.kind === "documents" ? refreshDocuments() : followChange(change)));
  await Promise.all([openBundle(), stored]);
  await Promise.all([openConversations(), openSources(), loadRenderer()]);
}

applySettings();
planAhead();
const root = document.getElementById("app");
if (root) render(<App />, root);
void start();
