/** The server's memory of `pending_post_id`: of all users and channels, for half a minute. */
export interface PendingPosts {
  /** What is known of the id: the post it led to, `pending` while that is being stored, or nothing. */
  find(pendingId: string): string | "pending" | undefined;
  begin(pendingId: string): void;
  /** Without a post the id is free again. */
  end(pendingId: string, postId: string | undefined): void;
}

const lifetimeMs = 30_000;

export function createPendingPosts(now: () => number): PendingPosts {
  const known = new Map<string, { readonly post: string; readonly until: number }>();
  return {
    find(pendingId) {
      const entry = known.get(pendingId);
      return entry !== undefined && entry.until > now() ? entry.post : undefined;
    },
    begin(pendingId) {
      known.set(pendingId, { post: "pending", until: now() + lifetimeMs });
    },
    end(pendingId, postId) {
      if (postId === undefined) known.delete(pendingId);
      else known.set(pendingId, { post: postId, until: now() + lifetimeMs });
    },
  };
}
