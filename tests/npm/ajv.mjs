// Validates reports by their schemas, apart from Python's jsonschema: node ajv.mjs SCHEMA_FOLDER REPORT.json...
import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv/dist/2020.js";
import formats from "ajv-formats";

const [folder, ...files] = process.argv.slice(2);
const read = (path) => JSON.parse(readFileSync(path, "utf8"));
let failed = 0;
for (const file of files) {
  const report = read(file);
  const ajv = new Ajv({ allErrors: true, strict: true, strictTypes: false, strictRequired: false });
  formats(ajv);
  const validate = ajv.compile(read(join(folder, `${report.kind}.schema.json`)));
  const good = validate(report);
  for (const error of validate.errors?.slice(0, 20) ?? []) console.error(`${file}: ${error.instancePath}: ${error.message}`);
  const strict = !validate({ ...report, made_up: 1 });
  if (!strict) console.error(`${file}: the schema lets a member through that it does not know`);
  if (!good || !strict) failed++;
}
console.log(`${files.length - failed} of ${files.length} reports keep their schema`);
process.exit(files.length === 0 || failed ? 1 : 0);
