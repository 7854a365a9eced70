import { Argument, Command, InvalidArgumentError } from "commander";
import { type ResourceSpec, resourceKinds } from "../cluster/resource-catalog.ts";
import { createResourceFile } from "./resource-file.ts";
import { sampleResources } from "./sample-cluster.ts";

interface SetFlags {
  readonly hostname?: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** What requests may name, and the labels that rules look at. No RPC of Teleport's does that for all kinds: a file does. */
export function createResourcesCommand(dir: () => string, print: (text: string) => void): Command {
  const catalog = () => createResourceFile(dir(), sampleResources);
  const kind = () => new Argument("<kind>").choices(resourceKinds);
  const resources = new Command("resources").description(
    "what requests may name, with labels; counts with the next call",
  );
  resources
    .command("set")
    .addArgument(kind())
    .argument("<name>", "of a node its UUID")
    .option("--hostname <name>", "of a node: what people call it")
    .option("--labels <a=b,c=d>", "labels, in place of those it has", toLabels, {})
    .action((of: ResourceSpec["kind"], name: string, flags: SetFlags) => catalog().set({ kind: of, name, ...flags }));
  resources
    .command("delete")
    .addArgument(kind())
    .argument("<name>")
    .action((of: ResourceSpec["kind"], name: string) => catalog().delete(of, name));
  resources.command("list").action(() => print([...catalog().all.values()].map(toLine).join("")));
  return resources;
}

/** For commander: `env=prod,os=linux`. */
function toLabels(text: string): Record<string, string> {
  const pairs = text.split(",").map((pair) => /^([^=]+)=(.*)$/u.exec(pair.trim()));
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, key, value] = pair ?? [];
      if (key === undefined || value === undefined) throw new InvalidArgumentError("Write key=value,key=value.");
      return [key, value];
    }),
  );
}

/** Kind, name, hostname, labels. */
function toLine({ kind, name, hostname = "", labels = {} }: ResourceSpec): string {
  const text = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return `${[kind, name, hostname, text.join(",")].join("\t")}\n`;
}
