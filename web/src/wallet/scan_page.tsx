// Scanning a cabinet's code with the camera, where there is one; else how it is done otherwise.
import { useSignal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import type { JSX } from "preact";
import { useLocation } from "wouter-preact";
import { words } from "@shared/strings";
import { Button } from "@shared/ui/button";
import { TextField } from "@shared/ui/field";
import { Empty } from "@shared/ui/states";
import { Frame } from "./frame";

// The Shape Detection API, which TypeScript does not know yet.
interface BarcodeDetector {
  detect: (source: HTMLVideoElement) => Promise<readonly { rawValue: string }[]>;
}
type DetectorClass = {
  new (options: { formats: string[] }): BarcodeDetector;
  getSupportedFormats: () => Promise<readonly string[]>;
};

const format = "qr_code";

// The browser's own; where it has none (Safari, Firefox, desks) a library's, whose script comes only
// then.
async function detector(): Promise<BarcodeDetector> {
  const own = (window as unknown as { BarcodeDetector?: DetectorClass }).BarcodeDetector;
  const formats = (await own?.getSupportedFormats().catch(() => undefined)) ?? [];
  if (own && formats.includes(format)) return new own({ formats: [format] });
  const { BarcodeDetector: Library } = await import("qr/decode.js");
  return new Library({ formats: [format] });
}

// Only pages of https have one.
const hasCamera = (): boolean => typeof navigator.mediaDevices?.getUserMedia === "function";

// The token in the link of a code, if it is one of this server's cabinets.
export function tokenIn(text: string): string | undefined {
  try {
    const url = new URL(text.trim(), location.origin);
    const [, token] = /^\/d\/([0-9a-z]+)$/.exec(url.pathname) ?? [];
    return url.origin === location.origin ? token : undefined;
  } catch {
    return undefined;
  }
}

type Look = "starting" | "looking" | "denied" | "none";
const lookEveryMs = 150;

export function ScanPage(): JSX.Element {
  const said = words.value.wallet.scan;
  const [, go] = useLocation();
  const [wrong, setWrong] = useState("");
  const link = useSignal("");
  const take = (text: string): boolean => {
    const token = tokenIn(text);
    setWrong(token ? "" : said.notOurs);
    if (token) go(`/d/${token}`, { replace: true });
    return token !== undefined;
  };
  return (
    <Frame title={said.title} back="/wallet">
      <h1>{said.title}</h1>
      <Camera onCode={take} />
      <form
        class="stack-tight"
        onSubmit={(event) => {
          event.preventDefault();
          take(link.value);
        }}
      >
        <TextField
          label={said.paste}
          value={link}
          wrong={wrong}
          input={{ type: "url", inputMode: "url", placeholder: `${location.origin}/d/…` }}
        />
        <Button type="submit" wide>
          {said.open}
        </Button>
      </form>
    </Frame>
  );
}

function Camera({ onCode }: { onCode: (text: string) => boolean }): JSX.Element {
  const said = words.value.wallet.scan;
  const video = useRef<HTMLVideoElement>(null);
  const [look, setLook] = useState<Look>(hasCamera() ? "starting" : "none");
  useEffect(() => {
    if (!hasCamera()) return undefined;
    let stream: MediaStream | undefined;
    let timer = 0;
    let over = false;
    const stop = () => stream?.getTracks().forEach((track) => track.stop());
    const lookWith = (eyes: BarcodeDetector) => {
      const see = async () => {
        const found = video.current ? await eyes.detect(video.current).catch(() => []) : [];
        if (!over && !found.some((code) => onCode(code.rawValue))) lookWith(eyes);
      };
      timer = window.setTimeout(() => void see(), lookEveryMs);
    };
    const start = async () => {
      stream = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: "environment" },
      });
      if (over || !video.current) return stop();
      video.current.srcObject = stream;
      await video.current.play();
      const eyes = await detector();
      if (over) return;
      setLook("looking");
      lookWith(eyes);
    };
    start().catch((thrown: unknown) => {
      stop();
      const isForbidden = thrown instanceof DOMException && thrown.name === "NotAllowedError";
      if (!over) setLook(isForbidden ? "denied" : "none");
    });
    return () => {
      over = true;
      clearTimeout(timer);
      stop();
    };
  }, []);
  if (look === "none" || look === "denied") {
    return (
      <Empty icon="camera" title={look === "none" ? said.noCamera : said.denied}>
        <p>{look === "none" ? said.noCameraTodo : said.deniedTodo}</p>
      </Empty>
    );
  }
  return (
    <figure class="scanner">
      <video ref={video} muted playsInline aria-label={said.title} />
      <figcaption role="status">{look === "looking" ? said.look : said.starting}</figcaption>
    </figure>
  );
}
