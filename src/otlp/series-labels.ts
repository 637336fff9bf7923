/**
 * The labels of a resource's series: `job` and `instance` from the service's attributes, further
 * attributes of the resource where that is asked for, and those of the data point.
 *
 * I1  Attributes whose names become the same label are joined with ";" in the order of their keys.
 * I2  `job` and `instance` win over the data point, the data point over promoted attributes.
 */
import { attributeText } from "./attribute-text.ts";
import { labelName } from "./metric-names.ts";
import type { Attribute } from "./metrics-message.ts";

const SERVICE_NAME = "service.name";
const SERVICE_NAMESPACE = "service.namespace";
const SERVICE_INSTANCE = "service.instance.id";
const IDENTIFYING = new Set([SERVICE_NAME, SERVICE_NAMESPACE, SERVICE_INSTANCE]);

/** Names and values of labels by turns. */
export type LabelList = readonly (readonly [string, string])[];

/** Resource attributes that become labels of every series; "*" is all of them. */
export type PromotedAttributes = readonly string[];

export class ResourceLabels {
  private readonly attributes: readonly Attribute[];
  private readonly service: readonly [string, string][];
  private readonly promoted: readonly [string, string][];

  constructor(attributes: readonly Attribute[], promoted: PromotedAttributes) {
    this.attributes = attributes;
    this.service = serviceLabels(attributes);
    const isPromoted = ({ key }: Attribute) => promoted.includes(key) || promoted.includes("*");
    this.promoted = byKey(attributes.filter(isPromoted)).map(({ key, value }) => {
      return [labelName(key), attributeText(value)];
    });
  }

  /** The labels of a data point with these attributes, but for the metric's name. */
  ofPoint(attributes: readonly Attribute[]): Map<string, string> {
    const labels = joined(attributes);
    for (const [name, value] of this.promoted) {
      if (!labels.has(name)) labels.set(name, value);
    }
    for (const [name, value] of this.service) labels.set(name, value);
    return labels;
  }

  /** The labels of the series that describes the resource; null when there is nothing to say. */
  ofTargetInfo(): Map<string, string> | null {
    const described = this.attributes.filter(({ key }) => !IDENTIFYING.has(key));
    if (described.length === 0 || this.service.length === 0) return null;
    const labels = joined(described);
    for (const [name, value] of this.service) labels.set(name, value);
    labels.set("__name__", "target_info");
    return labels;
  }
}

function serviceLabels(attributes: readonly Attribute[]): [string, string][] {
  const find = (key: string) => attributes.find((attribute) => attribute.key === key);
  const labels: [string, string][] = [];
  const name = find(SERVICE_NAME);
  if (name !== undefined) {
    const namespace = find(SERVICE_NAMESPACE);
    const prefix = namespace === undefined ? "" : `${attributeText(namespace.value)}/`;
    labels.push(["job", `${prefix}${attributeText(name.value)}`]);
  }
  const instance = find(SERVICE_INSTANCE);
  if (instance !== undefined) labels.push(["instance", attributeText(instance.value)]);
  return labels;
}

function byKey(attributes: readonly Attribute[]): Attribute[] {
  return [...attributes].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

function joined(attributes: readonly Attribute[]): Map<string, string> {
  const labels = new Map<string, string>();
  for (const { key, value } of byKey(attributes)) {
    const name = labelName(key);
    const before = labels.get(name);
    const text = attributeText(value);
    labels.set(name, before === undefined ? text : `${before};${text}`);
  }
  return labels;
}
