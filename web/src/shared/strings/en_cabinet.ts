export const cabinet = {
  title: "Cabinet",
  starting: "Starting the cabinet’s screen…",
  states: {
    locked: {
      badge: "Closed",
      title: "Scan to open",
      words:
        "Point your phone at the code. The door unlocks, you take what you like, and you pay " +
        "for what you took.",
    },
    unlocked: {
      badge: "Unlocked",
      title: "Open the door",
      words: "It stays unlocked for a few seconds.",
    },
    open: {
      badge: "Open",
      title: "Take what you like",
      words: "Put back what you don’t want. Close the door when you’re done.",
    },
    locking: {
      badge: "Open",
      title: "Please close the door",
      words: "Your purchase ends when the door is closed.",
    },
    closed: {
      badge: "Closed",
      title: "Thank you",
      words: "Your receipt is on its way to your phone.",
    },
    forced: {
      badge: "Forced open",
      title: "Please close the door",
      words: "This door was not unlocked. The operator is told.",
    },
  },
  offline: {
    title: "Back in a moment",
    words: "The cabinet has no connection just now. Nobody is charged for what can’t be sent.",
    code: "No connection",
  },
  silent: "The cabinet’s agent does not answer. It is being tried again.",
  code: "Code to scan",
  moment: "One moment",
  noCode: "A new code is coming",
  wallet: "No phone at hand? Open the wallet here",
  connected: "Connected",
  notConnected: "Not connected",
  celsius: (degrees: string) => `${degrees} inside`,
  uploading: (size: string) => `${size} of video still to upload`,
  problems: "Something is wrong",
  last: {
    took: "The last purchase is over",
    sending: "Its video is being sent; the receipt comes to the phone.",
    sent: "Its video is sent. The receipt is, or soon will be, on the phone.",
  },
  demo: {
    title: "The virtual cabinet",
    intro:
      "There is no hardware here: the door is drawn, and the cameras play a rendered session " +
      "while it is open.",
    next: "The next shopper",
    playing: "This shopper",
    sessions: {
      take_one: "takes one item",
      take_several: "takes three items",
      hold_two_keep_one: "takes two, puts one back",
      put_back_other_shelf: "takes one, puts it on another shelf",
    } as Record<string, string>,
    hint: "Scan the code, or open the wallet, and unlock: then the session is played.",
    openDoor: "Open the door",
    closeDoor: "Close the door",
    force: "Force it open",
    door: { open: "The door is open", closed: "The door is closed", unlocked: "Unlocked" },
    cameras: "What the cameras see",
    camera: (name: string) => `Camera ${name}`,
    otherCabinet: (name: string) => `at “${name}”`,
  },
};
