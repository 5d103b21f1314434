import "@shared/style";
import { start } from "@shared/page";

start(<main>tally</main>);
