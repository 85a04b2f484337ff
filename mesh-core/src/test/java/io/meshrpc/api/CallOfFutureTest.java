package io.meshrpc.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Of callers that have futures only, as many a test's own has. */
class CallOfFutureTest {
  private final CompletableFuture<String> future = new CompletableFuture<>();
  private final List<String> replies = new ArrayList<>();
  private final List<RpcException> failures = new ArrayList<>();
  private final MeshCaller caller = new MeshCaller() {
    @Override
    public <Q, R> R call(MethodDescriptor<Q, R> method, Q request, CallOptions options) {
      throw new UnsupportedOperationException();
    }

    @Override
    @SuppressWarnings("unchecked") // there is one method
    public <Q, R> CompletableFuture<R> callAsync(
        MethodDescriptor<Q, R> method, Q request, CallOptions options) {
      return (CompletableFuture<R>) future;
    }
  };

  private OpenCall call() {
    return caller.callAsync(null, "", CallOptions.DEFAULT, this::note); // no method is looked at
  }

  private void note(@Nullable String reply, @Nullable RpcException failure) {
    if (failure == null) {
      replies.add(reply);
    } else {
      assertThat(reply).isNull();
      failures.add(failure);
    }
  }

  @Test
  void theCallbackHearsTheReply() {
    OpenCall call = call();
    future.complete("all is well");
    call.cancel();
    assertThat(replies).containsExactly("all is well");
    assertThat(failures).isEmpty();
  }

  @Test
  void aFailureIsHandedOnAsItIs() {
    RpcException known = new RpcException(Code.ABORTED, "no");
    call();
    future.completeExceptionally(known);
    assertThat(failures).containsExactly(known);
  }

  @Test
  void whatAStageHasWrappedIsUnwrapped() {
    RpcException known = new RpcException(Code.ABORTED, "no");
    call();
    future.completeExceptionally(new CompletionException(known));
    assertThat(failures).containsExactly(known);
  }

  @Test
  void anyOtherFailureIsInternal() {
    call();
    future.completeExceptionally(new IllegalStateException("odd"));
    assertThat(failures).singleElement().satisfies(failure -> {
      assertThat(failure.code()).isEqualTo(Code.INTERNAL);
      assertThat(failure.execution()).isEqualTo(Execution.UNKNOWN);
      assertThat(failure).hasRootCauseMessage("odd");
    });
  }

  @Test
  void aCallbackThatThrowsHarmsNobody() {
    caller.callAsync(null, "", CallOptions.DEFAULT, (reply, failure) -> {
      throw new IllegalStateException("a mistake");
    });
    call();
    future.complete("heard");
    assertThat(replies).containsExactly("heard");
  }

  @Test
  void whatIsCancelledMayHaveRun() {
    call().cancel();
    assertThat(future).isCancelled();
    assertThat(failures).singleElement().satisfies(failure -> {
      assertThat(failure.code()).isEqualTo(Code.CANCELLED);
      assertThat(failure.execution()).isEqualTo(Execution.UNKNOWN);
    });
  }
}
