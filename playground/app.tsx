// The frame around the views: header, language, appearance, and what goes wrong with the server.
import { languages } from "./messages.ts";
import { useToken } from "./server.ts";
import { share } from "./share.ts";
import { askAgain, language, notice, problem, view as shown, type Theme, t, theme } from "./state.ts";
import { views } from "./views.ts";

const themes = { auto: "themeAuto", light: "themeLight", dark: "themeDark" } as const;
const languageNames = { en: "English", de: "Deutsch" } as const;

/** The page. */
export function App() {
  const view = views.find(({ id }) => id === shown.value) ?? views[0];
  return (
    <>
      <button type="button" class="skip" onClick={() => document.getElementById("result")?.focus()}>
        {t("skip")}
      </button>
      <header>
        <div class="brand">
          <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
            <path class="logo-wall" d="M4 30V14a12 12 0 0 1 24 0v16z" />
            <path class="logo-door" d="M11 30V16a5 5 0 0 1 10 0v14z" />
          </svg>
          <h1>
            Postern <span>{t("title")}</span>
          </h1>
          <p>{t("tagline")}</p>
        </div>
        {views.length > 1 && (
          <nav aria-label={t("views")}>
            {views.map(({ id, title }) => (
              <button
                type="button"
                key={id}
                aria-current={id === view.id ? "page" : undefined}
                onClick={() => {
                  shown.value = id;
                }}
              >
                {t(title)}
              </button>
            ))}
          </nav>
        )}
        <div class="settings">
          <button type="button" class="primary" onClick={() => void share()}>
            {t("share")}
          </button>
          <label>
            <span class="quiet">{t("language")}</span>
            <select
              value={language.value}
              onChange={({ currentTarget }) => {
                language.value = currentTarget.value as (typeof languages)[number];
              }}
            >
              {languages.map((each) => (
                <option key={each} value={each}>
                  {languageNames[each]}
                </option>
              ))}
            </select>
          </label>
          <label>
            <span class="quiet">{t("theme")}</span>
            <select
              value={theme.value}
              onChange={({ currentTarget }) => {
                theme.value = currentTarget.value as Theme;
              }}
            >
              {(["auto", "light", "dark"] as const).map((each) => (
                <option key={each} value={each}>
                  {t(themes[each])}
                </option>
              ))}
            </select>
          </label>
        </div>
      </header>
      <Problem />
      <main>
        <view.Component />
      </main>
      <p class="notice" role="status">
        {notice.value}
      </p>
    </>
  );
}

function Problem() {
  const found = problem.value;
  if (found === undefined) return null;
  if (found.status !== 403) {
    return (
      <p class="problem" role="alert">
        {t("offline", { why: found.message })}
      </p>
    );
  }
  return (
    <form
      class="problem"
      onSubmit={(event) => {
        event.preventDefault();
        useToken(String(new FormData(event.currentTarget).get("token") ?? ""));
        askAgain();
      }}
    >
      <p role="alert">{t("tokenNeeded")}</p>
      <label>
        {t("tokenTitle")} <input name="token" type="password" autocomplete="off" required />
      </label>
      <button type="submit">{t("tokenUse")}</button>
    </form>
  );
}
