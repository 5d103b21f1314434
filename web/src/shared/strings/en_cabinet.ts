export const cabinet = {
  title: "Cabinet",
};
