/**
 * Who may speak: the keys, the certificates and the trust of a node. Values that users make and hand
 * to a builder; the transport asks them for what it needs. Nothing here shows a secret, in a text, a
 * log or an exception.
 */
@NullMarked
package io.meshrpc.security;

import org.jspecify.annotations.NullMarked;
