/** Reads Prometheus' text format, and complains about what Prometheus would not take. */
export interface Sample { name: string; labels: Record<string, string>; value: number }
export interface Family { name: string; type: string; help: string; samples: Sample[] }

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LINE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/y;
const SUFFIXES: Record<string, string[]> = { histogram: ['_bucket', '_sum', '_count'], counter: [''], gauge: [''] };

/** The families by name. Throws where the text breaks the format. */
export function parseMetrics(text: string): Map<string, Family> {
  if (!text.endsWith('\n')) throw new Error('The last line does not end');
  const families = new Map<string, Family>();
  let family: Family | undefined;
  for (const line of text.split('\n').filter(Boolean)) {
    const [, keyword, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (keyword === 'HELP') {
      if (!NAME.test(name) || families.has(name)) throw new Error(`Not the beginning of a family: ${line}`);
      family = { name, type: '', help: rest, samples: [] };
      families.set(name, family);
    } else if (keyword === 'TYPE') {
      if (!family || family.name !== name || !SUFFIXES[rest]) throw new Error(`Not the type of a family: ${line}`);
      family.type = rest;
    } else {
      const sample = parseSample(line);
      if (!family || !SUFFIXES[family.type]?.some((suffix) => sample.name === family?.name + suffix)) throw new Error(`Outside of its family: ${line}`);
      family.samples.push(sample);
    }
  }
  for (const one of families.values()) check(one);
  return families;
}

function parseSample(line: string): Sample {
  const [, name = '', labelText = '', number = ''] = LINE.exec(line) ?? [];
  const value = number === '+Inf' ? Number.POSITIVE_INFINITY : Number(number);
  if (name === '' || Number.isNaN(value)) throw new Error(`Not a sample: ${line}`);
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  for (let at = 0; at < labelText.length; at = LABEL.lastIndex) {
    const [, label = '', text = ''] = LABEL.exec(labelText) ?? [];
    if (label === '' || Object.hasOwn(labels, label)) throw new Error(`Not labels: ${line}`);
    labels[label] = text.replace(/\\(.)/g, (_, sign: string) => (sign === 'n' ? '\n' : sign));
  }
  return { name, labels, value };
}

const keyOf = ({ name, labels }: Sample, without: string[] = []): string =>
  [name, ...Object.entries(labels).filter(([label]) => !without.includes(label)).map((pair) => pair.join('=')).sort()].join(' ');

function check({ name, type, samples }: Family): void {
  const keys = samples.map((sample) => keyOf(sample));
  if (new Set(keys).size < keys.length) throw new Error(`${name} has a line twice`);
  if (type === 'counter' && !name.endsWith('_total')) throw new Error(`${name} is a counter without _total`);
  if (type !== 'gauge' && samples.some(({ value }) => value < 0)) throw new Error(`${name} counts below nothing`);
  if (type !== 'histogram') return;
  const series = Map.groupBy(samples.filter((sample) => sample.name === `${name}_bucket`), (sample) => keyOf(sample, ['le']));
  for (const buckets of series.values()) {
    const bounds = buckets.map(({ labels }) => (labels.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels.le)));
    const rising = buckets.every(({ value }, place) => place === 0 || (value >= (buckets[place - 1]?.value ?? 0) && (bounds[place] ?? 0) > (bounds[place - 1] ?? 0)));
    const count = samples.find((sample) => sample.name === `${name}_count` && keyOf(sample, ['le']).slice(name.length + 6) === keyOf(buckets[0] as Sample, ['le']).slice(name.length + 7));
    if (!rising || bounds.at(-1) !== Number.POSITIVE_INFINITY || count?.value !== buckets.at(-1)?.value) throw new Error(`${name} has buckets that do not add up`);
  }
}

/** All samples with this name and at least these labels, added up. */
export function total(families: Map<string, Family>, name: string, labels: Record<string, string> = {}): number {
  const family = families.get(name) ?? families.get(name.replace(/_(bucket|sum|count)$/, ''));
  if (!family) throw new Error(`There is no ${name}`);
  return family.samples
    .filter((sample) => sample.name === name && Object.entries(labels).every(([label, text]) => sample.labels[label] === text))
    .reduce((sum, { value }) => sum + value, 0);
}
