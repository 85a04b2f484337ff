/**
 * Choices that can be swapped: balancers, backoff, budgets, settings. Small, pure, and written
 * against {@code io.meshrpc.api} only, as yours would be.
 */
@NullMarked
package io.meshrpc.policy;

import org.jspecify.annotations.NullMarked;
