package io.meshrpc.edge;

import io.meshrpc.api.AttemptInterceptor;
import io.meshrpc.api.AttemptTrace;
import io.meshrpc.api.Metadata;
import io.meshrpc.api.MethodDescriptor;

/** Logs what an interceptor throws when it is told of an attempt's end, for nobody else would. */
public final class LoggedAttempts implements AttemptInterceptor {
  private final AttemptInterceptor interceptor;
  private final RareLog failures = new RareLog();

  private LoggedAttempts(AttemptInterceptor interceptor) {
    this.interceptor = interceptor;
  }

  /** The interceptor, so wrapped. */
  public static AttemptInterceptor of(AttemptInterceptor interceptor) {
    return interceptor == NONE ? NONE : new LoggedAttempts(interceptor);
  }

  @Override
  public Metadata onSend(
      MethodDescriptor<?, ?> method, int attempt, String endpoint, Metadata metadata) {
    return interceptor.onSend(method, attempt, endpoint, metadata);
  }

  @Override
  public void onEnd(AttemptTrace attempt) {
    try {
      interceptor.onEnd(attempt);
    } catch (Throwable e) { // the attempt has ended, whatever this code thinks of it
      failures.warn("the attempt interceptor failed at the end of an attempt", e);
    }
  }
}
