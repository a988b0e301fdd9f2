// The contexts of the workloads: about 3 KB of JSON each, no two alike, the same on every run.
import type { JsonObject } from "../../engine/types.ts";

const DEPARTMENTS = ["Sales", "Support", "Engineering", "Finance"];
const COUNTRIES = ["DE", "AT", "CH", "FR"];
const ROLES = ["member", "owner ", " Reader", "editor"];

function person(index: number): JsonObject {
  return {
    pk: 1000 + index,
    uuid: `7d0c3b5e-64a1-4f0e-9a55-${String(index).padStart(12, "0")}`,
    username: `marie.curie${index}`,
    name: `Marie Curie ${index}`,
    email: `marie.curie${index}@${index % 5 === 0 ? "example.net" : "example.org"}`,
    is_active: true,
    type: "internal",
    path: "users/internal",
    date_joined: "2024-03-01T09:30:00+00:00",
    last_login: "2026-07-14T06:55:12+00:00",
    attributes: {
      department: DEPARTMENTS[index % DEPARTMENTS.length] as string,
      employee: `E-${10_000 + index}`,
      phone: "+1234567890",
      domains: ["example.org", "example.com"],
      address: { street: "Invalidenstraße 43", postcode: "10115", city: "Berlin", country: "DE" },
      manager: { name: "Irène Joliot", email: "irene.joliot@example.org", pk: 17 },
      settings: { locale: "de_DE", theme: { base: "automatic" }, navigation: { sections: ["a", "b", "c"] } },
    },
  };
}

function browser(index: number): JsonObject {
  return {
    method: "POST",
    path: "/if/flow/default-enrollment-flow/",
    META: {
      REMOTE_ADDR: `192.0.2.${index % 250}`,
      HTTP_X_FORWARDED_FOR: `198.51.100.${index % 250}, 10.0.0.1`,
      HTTP_HOST: "login.example.org",
      HTTP_USER_AGENT:
        index % 7 === 0
          ? "curl/8.9.1"
          : "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
      HTTP_ACCEPT: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
      HTTP_ACCEPT_LANGUAGE: "de,en-US;q=0.7,en;q=0.3",
      HTTP_REFERER: "https://login.example.org/if/flow/default-enrollment-flow/",
      HTTP_ACCEPT_ENCODING: "gzip, deflate, br, zstd",
      HTTP_COOKIE: `authentik_csrf=${"4fTq9Zs1".repeat(4)}; authentik_session=${"eyJzaWQi".repeat(24)}`,
      HTTP_ORIGIN: "https://login.example.org",
      HTTP_SEC_FETCH_SITE: "same-origin",
      HTTP_X_AUTHENTIK_CSRF: "4fTq9Zs1".repeat(4),
      HTTP_X_FORWARDED_PROTO: "https",
      HTTP_X_REQUEST_ID: `5f1c${index}a9b0c2d3e4f5`,
      CONTENT_TYPE: "application/json",
      SERVER_NAME: "login.example.org",
      SERVER_PORT: "9000",
    },
  };
}

/** What a policy of an enrollment flow is asked about. */
export function policyContext(index: number): JsonObject {
  return {
    request: {
      user: person(index),
      context: {
        prompt_data: {
          username: index % 6 === 0 ? "svc-backup" : `marie.curie${index}`,
          name: "Marie Curie",
          email: `marie.curie${index}@example.org`,
          phone: index % 3 === 0 ? `+49 170 ${index} 0000` : `+1234 567 ${index}`,
          locale: index % 4 === 0 ? "pl_PL" : "de_DE",
        },
        pending_user_identifier: `marie.curie${index}`,
        auth_method: index % 8 === 0 ? "token" : "password",
        auth_method_args: { mfa_devices: [], known_device: index % 2 === 0 },
        is_new_device: false,
        is_sso: false,
        geoip: {
          city: "Berlin",
          country: COUNTRIES[index % COUNTRIES.length] as string,
          continent: "EU",
          lat: 52,
          long: 13,
        },
        asn: { asn: 64_496 + (index % 20), as_org: "Example Networks", network: "198.51.100.0/24" },
        groups: Array.from({ length: 12 }, (_, at) => ({
          pk: at,
          name: `${at === 9 ? "staff" : "team"}-${at}`,
          active: (at + index) % 3 > 0,
        })),
        redirect: "https://app.example.org/after-login?next=%2Fdashboard",
      },
      http_request: browser(index),
    },
  };
}

/** What a webhook transport's mapping is given. */
export function notificationContext(index: number): JsonObject {
  return {
    user: person(index),
    notification: {
      pk: `0e5d2c1b-0000-4000-8000-${String(index).padStart(12, "0")}`,
      severity: ["notice", "warning", "alert", "unknown"][index % 4] as string,
      body: `Suspicious request from 198.51.100.${index % 250} to the application Grafana`,
      created: "2026-07-14T07:00:00+00:00",
      seen: false,
      event: {
        pk: String(4711 + index),
        action: "suspicious_request",
        app: "authentik.core",
        client_ip: `198.51.100.${index % 250}`,
        created: "2026-07-14T06:59:58+00:00",
        user: { pk: 1000 + index, username: `marie.curie${index}`, email: `marie.curie${index}@example.org` },
        context: {
          message: "The provider refused the redirect",
          redirect_uri: "https://grafana.example.org/login/generic_oauth",
          provider_name: "grafana",
          request_id: `5f1c${index}a9b0c2d3e4f5`,
          http_method: "GET",
          http_path: "/application/o/authorize/",
          attempts: index,
          trusted: index % 2 === 0,
          previous: null,
          asn: "AS64496 Example Networks",
          city: "Berlin",
          country: "DE",
        },
      },
    },
    http_request: browser(index),
  };
}

/** What a scope mapping is given: a user and 50 groups. */
export function claimsContext(index: number): JsonObject {
  return {
    user: person(index),
    groups: Array.from({ length: 50 }, (_, at): JsonObject => {
      const name = `${at % 4 === 0 ? "App-Grafana" : "Team"}-${(at * 7919 + index) % 1000}${at === 31 ? "-admins" : ""}`;
      const role = ROLES[(at + index) % ROLES.length] as string;
      if (at % 5 === 0) return { pk: at, name };
      if (at % 5 === 1) return { pk: at, name, attributes: { active: (at + index) % 2 === 0 } };
      return { pk: at, name, attributes: { role, quota: (at * index) % 50 } };
    }),
  };
}
