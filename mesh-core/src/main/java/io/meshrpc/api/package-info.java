/**
 * The vocabulary: what a call, its options, its failure, a peer and a service are. Everything here
 * is a value or an interface, safe to use from any thread, and imports nothing else of Mesh RPC.
 */
@NullMarked
package io.meshrpc.api;

import org.jspecify.annotations.NullMarked;
