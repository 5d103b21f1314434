// Who may what, as api/openapi.yaml says by `x-roles`: each role may what those below it may.
import { me, type Me } from "@shared/api/me";

type Role = Me["role"];

const rank: Partial<Record<Role, number>> = {
  viewer: 1,
  restocker: 2,
  reviewer: 2,
  operator: 3,
  owner: 4,
};

// Restocker and reviewer stand beside one another: neither may what the other may.
export function may(...lowest: readonly Role[]): boolean {
  const mine = me.value?.role;
  if (!mine) return false;
  return lowest.some((one) => mine === one || (rank[mine] ?? 0) > (rank[one] ?? 9));
}
