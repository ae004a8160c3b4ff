/** The settings as the page uses them now. */
import { effect, signal } from "@preact/signals";
import { chosenLanguage, language, t } from "../../i18n";
import { DEFAULTS, followed, readSettings, type Settings, watchSettings, writeSettings } from "../../storage/settings";

export const settings = signal<Settings>(readSettings());

export function changeSettings(part: Partial<Settings>): void {
  settings.value = { ...settings.value, ...part };
  writeSettings(settings.value);
}

/** Back to the defaults; the model that runs, and on what, is no matter of taste and stays. */
export function resetSettings(): void {
  const { model, engine } = settings.value;
  changeSettings({ ...DEFAULTS, model, engine });
}

/** Let language and theme follow the settings, and the settings follow other tabs. */
export function applySettings(): void {
  watchSettings((changed) => {
    settings.value = followed(settings.value, changed);
  });
  effect(() => {
    chosenLanguage.value = settings.value.language;
  });
  effect(() => {
    document.documentElement.lang = language.value;
    document.title = t("app.name");
  });
  effect(() => {
    document.documentElement.dataset.theme = settings.value.theme;
  });
}
