// The look of all pages; a page's main imports it once, before its own.
import "./tokens.css";
import "./base.css";
import "./controls.css";
import "./pieces.css";
import "./door.css";
