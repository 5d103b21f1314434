// Scanning a cabinet's code with the camera, where the browser can; else how it is done otherwise.
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
type DetectorClass = new (options: { formats: string[] }) => BarcodeDetector;

function detectorHere(): DetectorClass | undefined {
  const here = (window as unknown as { BarcodeDetector?: DetectorClass }).BarcodeDetector;
  return typeof navigator.mediaDevices?.getUserMedia === "function" ? here : undefined;
}

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
  const [look, setLook] = useState<Look>(detectorHere() ? "starting" : "none");
  useEffect(() => {
    const Detector = detectorHere();
    if (!Detector) return undefined;
    let stream: MediaStream | undefined;
    let timer = 0;
    let over = false;
    const detector = new Detector({ formats: ["qr_code"] });
    const again = () => {
      if (!over) timer = window.setTimeout(() => void see(), lookEveryMs);
    };
    const see = async () => {
      const found = video.current ? await detector.detect(video.current).catch(() => []) : [];
      if (!over && !found.some((code) => onCode(code.rawValue))) again();
    };
    navigator.mediaDevices
      .getUserMedia({ video: { facingMode: "environment" } })
      .then(async (got) => {
        stream = got;
        if (over || !video.current) return got.getTracks().forEach((track) => track.stop());
        video.current.srcObject = got;
        await video.current.play();
        setLook("looking");
        return again();
      })
      .catch(() => setLook("denied"));
    return () => {
      over = true;
      clearTimeout(timer);
      stream?.getTracks().forEach((track) => track.stop());
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
