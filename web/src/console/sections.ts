// The rooms of the console: where each stands, who may go in, and its script. A section is a
// folder whose index.tsx has the component as its default; it reads the rest of the address itself
// and frames itself with <Page>.
import type { IconName } from "@shared/ui/icons";
import type { Load } from "./lazy";
import type { Role } from "./roles";

export type SectionId =
  | "overview"
  | "sessions"
  | "review"
  | "disputes"
  | "fleet"
  | "layouts"
  | "stock"
  | "alerts"
  | "products"
  | "markets"
  | "money"
  | "people"
  | "webhooks"
  | "models";

export type GroupId = "daily" | "places" | "goods" | "house";

export interface Section {
  id: SectionId; // And its address: /console/<id>.
  group: GroupId;
  icon: IconName;
  role: Role; // The lowest that may see it.
  key: string; // After g.
  load: Load;
}

export const sections: readonly Section[] = [
  {
    id: "overview",
    group: "daily",
    icon: "chart",
    role: "viewer",
    key: "o",
    load: () => import("./overview"),
  },
  {
    id: "sessions",
    group: "daily",
    icon: "list",
    role: "viewer",
    key: "s",
    load: () => import("./sessions"),
  },
  {
    id: "review",
    group: "daily",
    icon: "video",
    role: "reviewer",
    key: "r",
    load: () => import("./review"),
  },
  {
    id: "disputes",
    group: "daily",
    icon: "receipt",
    role: "viewer",
    key: "d",
    load: () => import("./disputes"),
  },
  {
    id: "fleet",
    group: "places",
    icon: "fridge",
    role: "viewer",
    key: "f",
    load: () => import("./fleet"),
  },
  {
    id: "layouts",
    group: "places",
    icon: "shelf",
    role: "viewer",
    key: "l",
    load: () => import("./layouts"),
  },
  {
    id: "stock",
    group: "places",
    icon: "truck",
    role: "viewer",
    key: "t",
    load: () => import("./stock"),
  },
  {
    id: "alerts",
    group: "places",
    icon: "bell",
    role: "viewer",
    key: "a",
    load: () => import("./alerts"),
  },
  {
    id: "products",
    group: "goods",
    icon: "box",
    role: "viewer",
    key: "p",
    load: () => import("./products"),
  },
  {
    id: "markets",
    group: "goods",
    icon: "tag",
    role: "viewer",
    key: "k",
    load: () => import("./markets"),
  },
  {
    id: "money",
    group: "goods",
    icon: "bank",
    role: "operator",
    key: "m",
    load: () => import("./money"),
  },
  {
    id: "people",
    group: "house",
    icon: "person",
    role: "owner",
    key: "u",
    load: () => import("./people"),
  },
  {
    id: "webhooks",
    group: "house",
    icon: "webhook",
    role: "owner",
    key: "w",
    load: () => import("./webhooks"),
  },
  {
    id: "models",
    group: "house",
    icon: "gear",
    role: "viewer",
    key: "e",
    load: () => import("./models"),
  },
];

export const groupIds: readonly GroupId[] = ["daily", "places", "goods", "house"];
export const pathOf = (id: SectionId): string => `/console/${id}`;
