/** A place as somebody copies it: "53.55, 9.99", or a link to a map. Pure. */

export interface Place {
  readonly latitude: number;
  readonly longitude: number;
}

const NUMBER = "(-?\\d{1,3}(?:\\.\\d+)?)";
const FORMS: readonly RegExp[] = [
  new RegExp(`^\\s*${NUMBER}\\s*[,; ]\\s*${NUMBER}\\s*$`),
  new RegExp(`mlat=${NUMBER}&mlon=${NUMBER}`),
  new RegExp(`#map=\\d+/${NUMBER}/${NUMBER}`),
  new RegExp(`@${NUMBER},${NUMBER}`),
  new RegExp(`[?&](?:q|ll|query)=${NUMBER}(?:,|%2C)${NUMBER}`),
  new RegExp(`^geo:${NUMBER},${NUMBER}`),
];

export function parsePlace(text: string): Place | undefined {
  for (const form of FORMS) {
    const found = form.exec(text);
    if (!found) continue;
    const [latitude, longitude] = [Number(found[1]), Number(found[2])];
    if (Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180) return { latitude, longitude };
  }
  return undefined;
}
