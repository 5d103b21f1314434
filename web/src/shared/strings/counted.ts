// "1 item", "10,000 items": by the language's own rules. Both languages that we have tell one from
// many.
export function counted(tag: string, number: number, one: string, many: string): string {
  const rule = new Intl.PluralRules(tag).select(number);
  return `${new Intl.NumberFormat(tag).format(number)} ${rule === "one" ? one : many}`;
}
