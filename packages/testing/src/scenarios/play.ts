import type { Theatre, TheatreOptions } from "../theatre.ts";

/** Plays one scene of its own for the app whose turn it is. */
export type Play = (title: string, scene: (theatre: Theatre) => Promise<void>, options?: TheatreOptions) => void;
