/** A small SQLite database that another program has written: people point drivers at the wrong file, and most files are these. */
import { inflateRawSync } from "node:zlib";

/** `CREATE TABLE diary (day TEXT, page TEXT)` with one row, in two pages of 512 bytes. */
const DIARY =
  "Cw70ySxJVUjLL8pNLFEwZmBiYGRkcFBQYGBgYIJiGGBkYGBgQeMTAkwMejM38oIUMx5gYDzAMAqoDOwY2cTFxRljSxKTclJTMhOLKsEEk3OQq2OIq0KIo5OPqwJYSEEjJbFSIcQ1IkRHoSAxPRXM1ITEzWsGxtejYTnMgTAjs6Sib35eSmKlS2piESRVAAA=";

/** Where the header says whether a write-ahead log is to be expected, and whose database it is. https://www.sqlite.org/fileformat.html */
const VERSIONS = 18;
const APPLICATION_ID = 68;

export function diary({
  wal = false,
  application = "\0\0\0\0",
}: {
  wal?: boolean;
  application?: string;
} = {}): Buffer {
  const database = inflateRawSync(Buffer.from(DIARY, "base64"));
  database.fill(wal ? 2 : 1, VERSIONS, VERSIONS + 2);
  database.write(application, APPLICATION_ID, "latin1");
  return database;
}
