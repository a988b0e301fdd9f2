// The fields of a prompt stage: one input for each kind.
import type { ComponentChildren } from "preact";
import type { PromptField } from "../../../server/playground/trial-api.ts";

/** Names an input's error and help by the field's key. */
const idOf = (part: string, key: string): string => `field-${part}-${key.replaceAll(/[^\w-]/g, "_")}`;

/** A field with its help and errors. */
export function Field({ field, errors }: { field: PromptField; errors: readonly string[] }) {
  const { field_key: key, type, sub_text: help } = field;
  const [helpId, errorId] = [idOf("help", key), idOf("error", key)];
  const below = [...(help === "" ? [] : [helpId]), ...(errors.length === 0 ? [] : [errorId])].join(" ");
  if (type === "hidden" && errors.length === 0) return null;
  return (
    <div class="field">
      <Input field={field} isWrong={errors.length > 0} describedBy={below} />
      {help !== "" && (
        <p class="help" id={helpId}>
          {help}
        </p>
      )}
      {errors.length > 0 && (
        <p class="fault" id={errorId}>
          {errors.join(" ")}
        </p>
      )}
    </div>
  );
}

interface InputProps {
  readonly field: PromptField;
  readonly isWrong: boolean;
  readonly describedBy: string;
}

function Input({ field, isWrong, describedBy }: InputProps) {
  const { field_key: name, label, type, required, placeholder, initial_value: value, choices } = field;
  const shared = {
    name,
    "aria-required": required,
    "aria-invalid": isWrong,
    ...(describedBy === "" ? {} : { "aria-describedby": describedBy }),
  };
  const options = choices ?? [];
  switch (type) {
    case "hidden":
      return null;
    case "separator":
      return <hr />;
    case "static":
    case "text_read_only":
    case "text_area_read_only":
      return (
        <p>
          <strong>{label}</strong> {value}
        </p>
      );
    case "alert_info":
    case "alert_warning":
    case "alert_danger":
      return (
        <p class={`alert ${type}`}>
          <strong>{label}</strong> {value}
        </p>
      );
    case "text_area":
      return (
        <Labelled label={label} isRequired={required}>
          <textarea {...shared} placeholder={placeholder} rows={4} defaultValue={value} />
        </Labelled>
      );
    case "checkbox":
      return (
        <label class="tick">
          <input {...shared} type="checkbox" defaultChecked={/^true$/i.test(value)} /> {label}
        </label>
      );
    case "radio-button-group":
      return (
        <fieldset>
          <legend>{label}</legend>
          {options.map((option) => (
            <label class="tick" key={option.value}>
              <input
                name={name}
                type="radio"
                value={option.value}
                defaultChecked={option.value === value}
                {...(describedBy === "" ? {} : { "aria-describedby": describedBy })}
              />{" "}
              {option.label}
            </label>
          ))}
        </fieldset>
      );
    case "dropdown":
      return (
        <Labelled label={label} isRequired={required}>
          <select {...shared}>
            {options.map((option) => (
              <option key={option.value} value={option.value} selected={option.value === value}>
                {option.label}
              </option>
            ))}
          </select>
        </Labelled>
      );
    case "file":
      return (
        <Labelled label={label} isRequired={required}>
          <input {...shared} type="file" />
        </Labelled>
      );
  }
  return (
    <Labelled label={label} isRequired={required}>
      <input
        {...shared}
        // The types know inputs by one type each.
        type={(types[type] ?? "text") as "text"}
        placeholder={placeholder}
        defaultValue={value}
        inputMode={numeric.has(type) ? "numeric" : undefined}
        autocomplete={type === "code" ? "one-time-code" : "off"}
        spellcheck={false}
      />
    </Labelled>
  );
}

const numeric = new Set(["number", "code"]);
const types: { readonly [type: string]: string } = {
  email: "email",
  password: "password",
  date: "date",
  "date-time": "datetime-local",
  tel: "tel",
};

function Labelled({
  label,
  isRequired,
  children,
}: {
  label: string;
  isRequired: boolean;
  children: ComponentChildren;
}) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is among the children
    <label>
      <span>
        {label}
        {isRequired && <span aria-hidden="true"> *</span>}
      </span>
      {children}
    </label>
  );
}
