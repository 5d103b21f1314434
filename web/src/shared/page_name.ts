// Which page this is: "wallet" or "console". Both stand on one origin, where cookies and storage are
// shared: what is of one page is named after it.
export const pageName = document.documentElement.dataset["page"] ?? "";

// The name under which this page keeps what its person has seen.
export const seen = (name: string): string => `seen.${pageName}.${name}`;
