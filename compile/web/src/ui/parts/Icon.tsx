/** Line icons, drawn here on a grid of 24. */
const PATHS = {
  menu: "M4 7h16M4 12h16M4 17h16",
  close: "M6 6l12 12M18 6L6 18",
  plus: "M12 5v14M5 12h14",
  send: "M12 19V6M6 11l6-6 6 6",
  stop: "M8 8h8v8H8z",
  copy: "M9 9h10v11H9zM5 15V4h10",
  again: "M19 12a7 7 0 1 1-2.2-5.1M17 3v4h-4",
  edit: "M5 19l1-4L16 5l3 3L9 18zM14 7l3 3",
  files: "M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6",
  settings: "M4 8h9M17 8h3M4 16h3M11 16h9M13 6v4M7 14v4",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  more: "M6 12h.01M12 12h.01M18 12h.01",
  down: "M6 10l6 6 6-6",
  file: "M6 3h8l4 4v14H6zM14 3v4h4",
  check: "M5 12l5 5 9-10",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class={name === "stop" ? "icon is-filled" : "icon"} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}

/** The page's mark: 말, in three strokes. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 64 64" aria-hidden="true" focusable="false">
      <rect class="mark-ground" width="64" height="64" rx="15" />
      <path class="mark-line" d="M15 12h17v14.5H15zM42.5 9v21.5M42.5 19.5h8M15 36h32.5v8H16V52h33" />
    </svg>
  );
}
