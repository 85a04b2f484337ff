/**
 * Comparison with peers, end to end. {@code Bench} reads the command line and hands over to {@code
 * Comparison}, {@code Failover} or {@code Scale}, which start {@code ServerMain} and {@code ClientMain}
 * in JVMs of their own and tell them by lines what to do. A peer is one {@code BenchPeer}, named in
 * {@code PeerKind}; what load it gets is the business of {@code LoadRun}, which is the same for all.
 */
@NullMarked
package io.meshrpc.bench;

import org.jspecify.annotations.NullMarked;
