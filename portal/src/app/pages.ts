/** All pages, folder by folder, in the order of the navigation. */
import { homePages } from "../pages/home/pages";
import type { Page } from "./page";

export const PAGES: readonly Page[] = [...homePages];
