package io.meshrpc.edge;

import io.meshrpc.api.Code;
import io.meshrpc.api.Metadata;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.RpcException;
import io.meshrpc.api.Status;
import io.meshrpc.core.ClientCall;
import io.meshrpc.core.Failures;
import io.meshrpc.wire.Response;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What calls have brought, for who has waited for it. Decoded there, and never by the loop. */
final class Replies {
  private Replies() {}

  /** Takes the reply of a call that has ended, or throws why there is none. Once for each call. */
  @SuppressWarnings("unchecked") // whoever waits has made the call, by the same method
  static <R> R take(@Nullable ClientCall call) {
    Response response = call == null ? null : call.response();
    if (call == null || response == null) {
      RuntimeException failure = call == null ? null : call.failure();
      throw failure == null ? new IllegalStateException("the call has not ended") : failure;
    }
    try {
      Consumer<Metadata> replyMetadata = call.options().replyMetadata();
      if (replyMetadata != null) {
        replyMetadata.accept(response.metadata());
      }
      return response.decode(((MethodDescriptor<?, R>) call.method()).reply());
    } catch (RpcException e) {
      throw Failures.unreadable(call, e.status(), e);
    } catch (Throwable e) { // of the marshaller, or of who hears the metadata
      throw Failures.unreadable(
          call, new Status(Code.INTERNAL, "the reply came and could not be taken: " + e), e);
    } finally {
      call.forgetEnd(); // which holds all that came with it
    }
  }
}
