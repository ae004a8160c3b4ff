/** The settings. What is out of bounds is said at the field and not taken over. */
import { useState } from "preact/hooks";
import type { EngineKind } from "../../engine/types";
import { type Language, LANGUAGE_NAMES, LANGUAGES, language, type MessageKey, t } from "../../i18n";
import { exportJson, fileName } from "../../storage/exporting";
import { isValidNumber, LIMITS, LONGEST_SYSTEM, type NumberSetting, type Theme } from "../../storage/settings";
import { ModelPicker } from "../chat/ModelPicker";
import { Confirm, Dialog } from "../parts/Dialog";
import { saveFile } from "../parts/saving";
import { importConversations, isWriting, listed, removeAll, storedConversations } from "../state/conversations";
import { engine, model, runOn } from "../state/model";
import { changeSettings, resetSettings, settings } from "../state/settings";

export function SettingsPanel({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog kind="side" title={t("settings.label")} onClose={onClose}>
      <div class="fields">
        <fieldset>
          <legend>{t("settings.appearance")}</legend>
          <LanguageField />
          <ThemeField />
        </fieldset>
        <fieldset disabled={isWriting.value}>
          <legend>{t("model.label")}</legend>
          <ModelPicker />
          <EngineField />
        </fieldset>
        <fieldset>
          <legend>{t("settings.answers")}</legend>
          <NumberField name="temperature" label="settings.temperature" note="settings.temperatureNote" />
          <NumberField name="topP" label="settings.topP" note="settings.topPNote" />
          <NumberField name="maxTokens" label="settings.maxTokens" />
          <NumberField name="passages" label="settings.passages" note="settings.passagesNote" />
          <SystemField />
          <button type="button" class="secondary" onClick={resetSettings}>
            {t("settings.reset")}
          </button>
        </fieldset>
        <DataFields />
      </div>
    </Dialog>
  );
}

function LanguageField() {
  return (
    <label>
      <span>{t("settings.language")}</span>
      <select
        value={language.value}
        onChange={(event) => changeSettings({ language: event.currentTarget.value as Language })}
      >
        {LANGUAGES.map((one) => (
          <option key={one} value={one} lang={one}>
            {LANGUAGE_NAMES[one]}
          </option>
        ))}
      </select>
    </label>
  );
}

const THEMES: readonly Theme[] = ["system", "light", "dark"];

function ThemeField() {
  return (
    <label>
      <span>{t("settings.theme")}</span>
      <select
        value={settings.value.theme}
        onChange={(event) => changeSettings({ theme: event.currentTarget.value as Theme })}
      >
        {THEMES.map((one) => (
          <option key={one} value={one}>
            {t(`settings.theme.${one}`)}
          </option>
        ))}
      </select>
    </label>
  );
}

function EngineField() {
  const kinds: readonly EngineKind[] = model.value?.gguf ? ["webgpu", "wasm"] : ["webgpu"];
  const running = engine.value;
  return (
    <label>
      <span>{t("settings.engine")}</span>
      <select
        value={settings.value.engine ?? "auto"}
        onChange={(event) => {
          const { value } = event.currentTarget;
          runOn(value === "webgpu" || value === "wasm" ? value : null);
        }}
      >
        <option value="auto">{t("engine.auto")}</option>
        {kinds.map((kind) => (
          <option key={kind} value={kind}>
            {t(`engine.${kind}`)}
          </option>
        ))}
      </select>
      <small>{running ? `${t(`engine.${running.kind}`)}: ${t(`reason.${running.reason}`)}` : t("settings.engineNote")}</small>
    </label>
  );
}

interface NumberProps {
  readonly name: NumberSetting;
  readonly label: MessageKey;
  readonly note?: MessageKey;
}

function NumberField({ name, label, note }: NumberProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const { least, most, step } = LIMITS[name];
  const isInvalid = typed !== null && !isValidNumber(name, numberOf(typed));
  const change = (text: string): void => {
    const value = numberOf(text);
    const isValid = isValidNumber(name, value);
    if (isValid) changeSettings({ [name]: value });
    setTyped(isValid ? null : text);
  };
  const noteId = `note-${name}`;
  return (
    <label>
      <span>{t(label)}</span>
      <input
        type="number"
        min={least}
        max={most}
        step={step}
        value={typed ?? settings.value[name]}
        aria-invalid={isInvalid}
        aria-describedby={noteId}
        onInput={(event) => change(event.currentTarget.value)}
        onBlur={() => setTyped(null)}
      />
      <small id={noteId} class={isInvalid ? "fault" : undefined}>
        {isInvalid ? t("settings.invalid", { least, most }) : note && t(note)}
      </small>
    </label>
  );
}

function numberOf(text: string): number {
  return text.trim() === "" ? Number.NaN : Number(text);
}

function SystemField() {
  return (
    <label>
      <span>{t("settings.system")}</span>
      <textarea
        rows={3}
        maxLength={LONGEST_SYSTEM}
        value={settings.value.system}
        onInput={(event) => changeSettings({ system: event.currentTarget.value })}
      />
      <small>{t("settings.systemNote")}</small>
    </label>
  );
}

function DataFields() {
  const [isAsking, setAsking] = useState(false);
  const count = listed.value.length;
  return (
    <fieldset disabled={isWriting.value}>
      <legend>{t("settings.data")}</legend>
      <div class="row wrap">
        <button type="button" class="secondary" disabled={count === 0} onClick={() => void downloadAll()}>
          {t("history.exportAll")}
        </button>
        <label class="secondary as-button">
          <input
            type="file"
            class="unseen"
            accept=".json,application/json"
            onChange={(event) => {
              const file = event.currentTarget.files?.[0];
              if (file) void importConversations(file);
              event.currentTarget.value = "";
            }}
          />
          {t("history.import")}
        </label>
        <button type="button" class="secondary danger" disabled={count === 0} onClick={() => setAsking(true)}>
          {t("history.deleteAll")}
        </button>
      </div>
      {isAsking && (
        <Confirm
          title={t("history.deleteAll")}
          question={t("history.deleteAllAsk", { count })}
          onConfirm={() => void removeAll()}
          onClose={() => setAsking(false)}
        />
      )}
    </fieldset>
  );
}

async function downloadAll(): Promise<void> {
  saveFile(fileName("malmoi", "json"), "application/json", exportJson(await storedConversations()));
}
