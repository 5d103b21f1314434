import type { en } from "./en";

export const es: typeof en = {
  title: "Modelos",
  intro: "Qué modelos analizan las sesiones, en qué servidor, y cuál analizó la última de cada nevera.",
  running: "En uso",
  none: "Ningún servidor ha informado aún de un modelo",
  noneTodo: "Un servidor que analiza sesiones informa de sus modelos al arrancar. Arranca uno y vuelve aquí.",
  server: "Servidor",
  task: "Tarea",
  tasks: { detect: "Encuentra manos", close_up: "Mira de cerca las manos", embed: "Distingue productos" },
  model: "Modelo",
  engine: "Se ejecuta en",
  since: "Desde",
  seen: "Última señal",
  cabinets: "Neveras",
  cabinet: "Nevera",
  last: "Último modelo",
  at: "Cuándo",
  noCabinets: "Aún no se ha analizado ninguna sesión",
  noCabinetsTodo: "Tras la primera sesión de una nevera, su modelo aparece aquí.",
};
