/**
 * A soak: clients and server processes with a bad network between them, for as long as one likes, and
 * at the end the books of both sides must agree. See {@code docs/soak.md}.
 */
package io.meshrpc.soak;
