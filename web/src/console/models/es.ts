import type { en } from "./en";

export const es: typeof en = {
  title: "Modelos",
  intro: "Qué modelos miran las visitas, en qué servidor, y cuál miró por última vez cada nevera.",
  running: "Lo que funciona",
  none: "Ningún servidor ha nombrado aún un modelo",
  noneTodo: "Un servidor que mira visitas nombra sus modelos al arrancar. Arranque uno y vuelva a mirar.",
  server: "Servidor",
  task: "Tarea",
  tasks: { detect: "Encuentra manos", close_up: "Mira de cerca las manos", embed: "Distingue productos" },
  model: "Modelo",
  engine: "Corre en",
  since: "Desde",
  seen: "Visto",
  cabinets: "Neveras",
  cabinet: "Nevera",
  last: "La miró por última vez",
  at: "Cuándo",
  noCabinets: "Aún no se ha mirado ninguna visita",
  noCabinetsTodo: "Tras la primera visita a una nevera su modelo aparece aquí.",
};
