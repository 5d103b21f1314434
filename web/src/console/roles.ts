// Who may what. Owners may what operators may, who may what reviewers and restockers may, who both
// may what viewers may; the server has the last word.
import { me, type Me } from "@shared/api/me";

export type Role = Me["role"];

const over: Record<Role, readonly Role[]> = {
  shopper: [],
  device: [],
  viewer: ["viewer"],
  restocker: ["viewer", "restocker"],
  reviewer: ["viewer", "reviewer"],
  operator: ["viewer", "restocker", "reviewer", "operator"],
  owner: ["viewer", "restocker", "reviewer", "operator", "owner"],
};

export const may = (lowest: Role): boolean => me.value != null && over[me.value.role].includes(lowest);
