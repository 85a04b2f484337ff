/**
 * Where user code meets the engines: from a caller's request to a call and back to its reply, and from
 * a server's call to a handler and back to its answer. Knows no loop and no socket, so that the live
 * nodes and the test kit of mesh-sim share it. Not for users.
 */
@NullMarked
package io.meshrpc.edge;

import org.jspecify.annotations.NullMarked;
