// A button that opens the browser's own dialog for files.
import { useRef } from "preact/hooks";

/** Hands over what is picked; the same files can be picked again. */
export function FileButton(props: {
  /** Endings that the dialog offers: `.yaml,.yml`. */
  readonly accept: string;
  readonly label: string;
  readonly title?: string;
  take(files: FileList | null): Promise<void>;
}) {
  const { accept, label, title, take } = props;
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        accept={accept}
        onChange={({ currentTarget }) => {
          void take(currentTarget.files).then(() => {
            currentTarget.value = "";
          });
        }}
      />
      <button
        type="button"
        {...(title === undefined ? {} : { title })}
        onClick={() => input.current?.click()}
      >
        {label}
      </button>
    </>
  );
}
