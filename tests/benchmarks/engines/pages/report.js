// How a page hears what it is asked and says what it found.
"use strict";
const told = [];
const send = (kind, what) => fetch("/" + kind, { method: "POST", body: JSON.stringify(what) });
const report = (found) => send("report", found);
const fail = (error) => send("failure", [String(error && error.stack || error), ...told].join("\n"));
const given = () => fetch("/given").then((answer) => answer.json());
const nameOf = (address) => decodeURIComponent(new URL(address, location).pathname.split("/").pop());
window.addEventListener("error", (event) => { if (event.error || event.message) fail(event.error || event.message); });
window.addEventListener("unhandledrejection", (event) => fail(event.reason));
