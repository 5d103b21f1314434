import { start } from "@shared/page";
import "@shared/style";
import { Cabinet } from "./cabinet";
import { watch } from "./state";
import "./style.css";
import "./play.css";

start(<Cabinet />);
watch();
