// The cabinet's screen.
export default async function cabinet() {}
