/**
 * One runnable program per idea ({@code Hello}, {@code Failover}, {@code Payments}, {@code Nested},
 * {@code BothRoles}), the demo, and the machinery of its scenarios, which the end-to-end tests
 * share: {@code Fleet} of {@code ServerProcess}es, {@code LoadGenerator}, {@code Payers}, {@code
 * EventReport}.
 */
@NullMarked
package io.meshrpc.examples;

import org.jspecify.annotations.NullMarked;
