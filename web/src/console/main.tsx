import { start } from "@shared/page";
import "@shared/style";
import { Console } from "./console";
import "./style.css";

start(<Console />);
