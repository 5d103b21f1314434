// What a digit makes of a count: it goes on with the number that stands there, as far as that is
// possible, else it begins a new one. 12 of 14 are typed "1", "2".
export function typedCount(before: number, digit: number, most: number): number {
  const longer = before * 10 + digit;
  return longer <= most ? longer : Math.min(digit, most);
}
