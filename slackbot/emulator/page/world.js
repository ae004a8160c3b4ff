// What the emulator has told so far. A snapshot holds the last messages of each channel; those that
// came earlier are kept, so that a page which has been open for long shows the whole conversation.

import { look } from "/page/api.js";

const SHOWN = 200; // of a channel in one snapshot

class Conversation {
  constructor(id) {
    this.id = id;
    this.messages = new Map(); // ts → {message, sign, version}
    this.version = 0;
    this.index = null;
  }

  /** Take in what a snapshot holds; false when messages between ours and its first are missing. */
  take(shown, whole) {
    const { messages, ...info } = shown;
    this.info = info;
    const overlaps = messages.some((message) => this.messages.has(message.ts));
    if (!whole && messages.length >= SHOWN && !overlaps) return false;
    let changed = false;
    const there = new Set();
    for (const message of messages) {
      there.add(message.ts);
      const sign = JSON.stringify(message);
      const known = this.messages.get(message.ts);
      if (known?.sign === sign) continue;
      this.messages.set(message.ts, { message, sign, version: (known?.version ?? 0) + 1 });
      changed = true;
    }
    const first = whole || messages.length < SHOWN ? "" : messages[0].ts;
    for (const ts of this.messages.keys()) {
      if (ts >= first && !there.has(ts)) changed = this.messages.delete(ts);
    }
    if (changed) {
      this.version += 1;
      this.index = null;
    }
    return true;
  }

  /** The roots in order, and the replies of each. */
  get indexed() {
    if (this.index) return this.index;
    const roots = [];
    const replies = new Map();
    for (const { message } of this.messages.values()) {
      const isReply = message.thread_ts && message.thread_ts !== message.ts;
      if (!isReply || message.subtype === "thread_broadcast") roots.push(message);
      if (isReply) {
        if (!replies.has(message.thread_ts)) replies.set(message.thread_ts, []);
        replies.get(message.thread_ts).push(message);
      }
    }
    this.index = { roots, replies };
    return this.index;
  }
}

export class World {
  constructor() {
    this.revision = 0;
    this.conversations = new Map();
    this.people = [];
    this.workspaces = [];
    this.threads = [];
    this.connections = 0;
    this.trouble = { faults: [], refusing_connections: 0, settings: {} };
    this.app = { shortcuts: [], slash_commands: [] };
    this.recent = { deliveries: [], calls: [] };
    this.isWhole = false;
  }

  /** Wait for something newer, at most `seconds`; the first time, read every message there is. */
  async follow(seconds) {
    if (!this.isWhole) {
      const { channels } = await look("/_emulator/state?parts=channels");
      this.conversations.clear();
      this.takeChannels(channels, true);
      this.isWhole = true;
      this.apply(await look("/_emulator/changes?since=0&wait=0"));
      return;
    }
    this.apply(await look(`/_emulator/changes?since=${this.revision}&wait=${seconds}`));
  }

  apply(snapshot) {
    if (snapshot.revision < this.revision) this.isWhole = false; // another emulator answers there now
    const { channels, ...rest } = snapshot;
    Object.assign(this, rest);
    if (!this.takeChannels(channels, false)) this.isWhole = false;
  }

  takeChannels(channels, whole) {
    let complete = true;
    for (const [id, shown] of Object.entries(channels)) {
      if (!this.conversations.has(id)) this.conversations.set(id, new Conversation(id));
      complete = this.conversations.get(id).take(shown, whole) && complete;
    }
    return complete;
  }

  /** The last events and what else went out, oldest first: each once, with how often it was delivered. */
  sent() {
    const found = new Map();
    for (const delivery of this.recent.deliveries) {
      const id = delivery.event_id || delivery.envelope_id;
      found.set(id, { id, ...delivery, times: (found.get(id)?.times ?? 0) + 1 });
    }
    return [...found.values()];
  }

  person(id) {
    return this.people.find((one) => one.id === id);
  }

  bot(team) {
    return this.workspaces.find((one) => one.id === team)?.bot ?? this.workspaces[0].bot;
  }

  /** Whoever wrote a message: a person, a bot, or somebody who is not known here. */
  nameOf(id) {
    return this.person(id)?.real_name ?? id;
  }

  status(channel, thread) {
    return this.threads.find((one) => one.channel === channel && one.thread_ts === thread);
  }
}
