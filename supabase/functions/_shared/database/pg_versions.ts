// pg requires ranges of these packages. Imported, each is taken in the version that deno.json pins, where no lock file is read
// too: Deno takes a version that it has already if it is within the range.
import "pg-cloudflare";
import "pg-connection-string";
import "pg-pool";
import "pg-protocol";
import "postgres-array";
import "postgres-bytea";
import "postgres-date";
import "postgres-interval";
import "split2";
import "xtend";
