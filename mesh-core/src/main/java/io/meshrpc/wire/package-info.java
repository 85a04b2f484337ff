/**
 * Framing: the records that nodes exchange, and their bytes. The only package that knows limits and
 * versions of the wire; docs/PROTOCOL.md says what they mean. Values, safe to use from any thread.
 */
@NullMarked
package io.meshrpc.wire;

import org.jspecify.annotations.NullMarked;
