/** Which model answers: a choice where the bundle has several, else a quiet label. */
import { formatBytes, language, t } from "../../i18n";
import { chooseModel, model, models } from "../state/model";

export function ModelPicker() {
  const entry = model.value;
  if (!entry) return null;
  if (models.value.length === 1) return <p class="model-name">{entry.name}</p>;
  return (
    <label class="model-picker">
      <span>{t("model.label")}</span>
      <select value={entry.id} onChange={(event) => chooseModel(event.currentTarget.value)}>
        {models.value.map((one) => (
          <option key={one.id} value={one.id}>
            {one.name} ({formatBytes(one.bytes, language.value)})
          </option>
        ))}
      </select>
    </label>
  );
}
